#pragma once
// What starting has mapped of the program, and idling does not need.

namespace pedalion::program {

/// Takes the pages of code and constants out of this process; those that are used come back from the page
/// cache at their next use, without reading. A start runs through most of the program once: this halves what
/// stays resident.
void let_go_of_startup_pages();

}  // namespace pedalion::program
