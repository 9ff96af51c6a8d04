/* What is compiled is the header that the command line includes. */
extern int limn_nothing;
