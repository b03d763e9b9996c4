// The compiler's own words.
// expect: anonymous union
#include "module.h"

struct Model {
  Linear lm_head;
#ifdef FUSEBOX_FIXED
  int a;
#else
  union {
    int a;
    float b;
  };
#endif
};

template void fill(Model&);
