/* The declaration of the C ABI is C: this file only has to compile. */
#include "fusebox/pjrt/abi/api.h"

PJRT_Error* call_it(const PJRT_Api* api, PJRT_Client_Create_Args* args);
PJRT_Error* call_it(const PJRT_Api* api, PJRT_Client_Create_Args* args) {
  return api->PJRT_Client_Create(args);
}
