// expect: fusebox: a field of this struct is a reference. Hold the object itself.
#include "module.h"

struct Config {
  int hidden;
};

struct Model {
#ifdef FUSEBOX_FIXED
  Config config;
#else
  const Config& config;
#endif
  Linear lm_head;
};

template void fill(Model&);
