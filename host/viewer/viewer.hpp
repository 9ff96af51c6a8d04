#pragma once

namespace limn::viewer {

// limn-view: shows the picture on standard input (a file that can be mapped) in the terminal on
// standard output. On standard error stands, for limn: a line "way WORD" where the terminal was
// asked, and a sentence where nothing is shown. Of the file nothing but its pixels goes anywhere.
// Returns 0 where the picture was shown.
int view(int argc, char** argv);

} // namespace limn::viewer
