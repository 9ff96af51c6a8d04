/* A shared library that is no plugin. */
extern int limn_is_not_here(void);
int limn_is_not_here(void)
{
  return 1;
}
