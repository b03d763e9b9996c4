// expect: fusebox: a raw pointer to something that holds tensors, which are not seen behind it. Use
// expect: std::unique_ptr, or hold the object itself.
#include "module.h"

struct Model {
  Linear embed_tokens;
#ifdef FUSEBOX_FIXED
  std::unique_ptr<Linear> lm_head;
#else
  Linear* lm_head;
#endif
};

template void fill(Model&);
