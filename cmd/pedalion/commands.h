#pragma once
// The commands of the program, one file each. Arguments are what follows the command; the result is the exit
// code: 0, 1 for a failure, 2 for wrong usage.
#include <span>
#include <string>
#include <string_view>

namespace pedalion::program {

using Arguments = std::span<const std::string>;

/// kube-apiserver's flags; runs until a signal stops it.
int serve(Arguments arguments);
/// serve with no flag needed: everything is kept under one directory.
int up(Arguments arguments);
/// The controllers in a process of their own, against the server of a kubeconfig.
int controllers(Arguments arguments);
/// Every path of the API, the verb it means and the function that serves it.
int routes(Arguments arguments);
/// Asks a running server, and shows each step that the request took.
int trace(Arguments arguments);
/// `command`: export or import. Moves the content of a store to a file, or a file's into a store.
int transfer(std::string_view command, Arguments arguments);

}  // namespace pedalion::program
