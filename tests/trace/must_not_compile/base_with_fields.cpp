// expect: fusebox: this struct has a base class with fields, and only fields of the struct itself can be
// expect: seen. Make the base a field.
#include "module.h"

#ifdef FUSEBOX_FIXED
struct WithBias {
  Linear linear;
#else
struct WithBias : Linear {
#endif
  Tensor bias;
};

template void fill(WithBias&);
