#pragma once
// SIGTERM and SIGINT: the first asks the server to stop, a second one ends the process at once.

namespace pedalion::server {

/// Keeps both signals from this thread and from all threads it makes later: call it first in main().
void block_stop_signals();

/// Waits for one of them and returns its number; from then on a second one ends the process with code 1.
int wait_for_stop_signal();

}  // namespace pedalion::server
