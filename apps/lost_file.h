// What to say when a model's file goes away while it is used.
#pragma once

namespace fusebox::apps {

// Weights are read where they lie, in the mapped file. If another process cuts it short, the next read of
// what is gone raises SIGBUS on whatever thread; from now on that ends the program with a message and exit
// code 1. Called once, before any file is mapped: the library's own handler, which turns guarded reads into
// errors, passes on to this one what is not its own.
void tell_of_lost_files();

}  // namespace fusebox::apps
