// expect: fusebox: the fields of this struct cannot be counted. Is one of them a reference? Hold the object
// expect: itself or a std::unique_ptr
#include "module.h"

struct Model {
  Linear lm_head;
#ifdef FUSEBOX_FIXED
  Linear embed_tokens;
#else
  Linear& embed_tokens;
#endif
};

template void fill(Model&);
