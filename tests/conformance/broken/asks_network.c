/* A call opens a network connection. */
#include "drawing.h"

#include <sys/socket.h>
#include <unistd.h>

static limn_status faulty_open(void* instance, const limn_job* job, const limn_gateway* gateway,
                               void** opened, const limn_error_sink* errors)
{
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor >= 0) {
    close(descriptor);
  }
  return drawing_open(instance, job, gateway, opened, errors);
}

#define OPEN faulty_open

#include "drawing_entry.h"
