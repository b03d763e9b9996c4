// The compiler's own words.
// expect: bit-field
#include "module.h"

struct Model {
  Linear lm_head;
#ifdef FUSEBOX_FIXED
  bool tied;
#else
  bool tied : 1;
#endif
};

template void fill(Model&);
