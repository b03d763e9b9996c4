// expect: fusebox: the fields of this class cannot be seen, because it has private or protected fields
#include "module.h"

struct Mlp {
  Linear up_proj;

#ifndef FUSEBOX_FIXED
 private:
#endif
  Linear down_proj;
};

template void fill(Mlp&);
