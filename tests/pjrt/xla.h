// XLA's CPU plugin and small moves of data, for the tests of this folder.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "fusebox/pjrt/pjrt.h"

namespace fusebox::pjrt {

inline const Plugin& xla_plugin() { return Plugin::load(FUSEBOX_ASSETS_DIR "/pjrt_c_api_cpu_plugin.so"); }

// One client for all tests of a program: starting one takes a moment.
inline Client xla_cpu() {
  static Client client = Client::create(xla_plugin(), {{"cpu_device_count", int64_t{1}}});
  return client;
}

template <typename T>
Buffer put(const Client& client, Dims dims, DType dtype, const std::vector<T>& values) {
  return Buffer::from_host(client.devices().front(), {std::move(dims), dtype},
                           std::as_bytes(std::span(values)));
}

template <typename T>
std::vector<T> get(const Buffer& buffer) {
  std::vector<T> values(static_cast<size_t>(buffer.shape().elements()));
  buffer.to_host(std::as_writable_bytes(std::span(values))).await();
  return values;
}

}  // namespace fusebox::pjrt
