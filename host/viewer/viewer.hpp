#pragma once

namespace limn::viewer {

// limn-view: shows the picture on standard input (a file that can be mapped) in the terminal on
// standard output, or writes it there as a small JPEG (small_jpeg.hpp). On standard error stands,
// for limn: a line "way WORD" where the terminal was asked, and a sentence where nothing is shown.
// Of the file nothing but its pixels goes anywhere. Returns 0 where the picture was shown, 3 where
// the terminal took none of it, else 1, or 2 for words that make no sense.
int view(int argc, char** argv);

} // namespace limn::viewer
