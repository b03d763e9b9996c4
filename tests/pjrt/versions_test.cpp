// One client, plugins of many versions: what it announces, what it asks for, what it does without.
#include <gtest/gtest.h>

#include "tests/pjrt/stub.h"
#include "tests/pjrt/xla.h"

namespace fusebox::pjrt {
namespace {

class Versions : public testing::TestWithParam<const char*> {};

TEST_P(Versions, CanBeDriven) {
  Stub stub(GetParam());
  Client client = stub.client();
  EXPECT_EQ(client.platform_name(), "stub");
  EXPECT_EQ(client.devices().at(0).id(), 5);
  EXPECT_FALSE(client.devices().at(0).memory_stats());

  Buffer x = put<float>(client, {2, 2}, f32, {1, 2, 3, 4});
  Executable copy = Executable::compile(client, "outputs=2", {});
  const Buffer* arguments[] = {&x, &x};
  Execution run = copy.execute(arguments);
  run.done.await();
  EXPECT_EQ(get<float>(run.outputs.at(1)), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_FALSE(copy.memory_stats());
  EXPECT_FALSE(copy.fingerprint());
  EXPECT_FALSE(run.outputs[0].on_cpu());
  EXPECT_FALSE(run.outputs[0].host_view());
}

INSTANTIATE_TEST_SUITE_P(All, Versions,
                         testing::Values("minor=29 size=800", "minor=54", "minor=78 memories", "minor=90",
                                         "minor=114 strict", "minor=114 memories strict", "minor=116 future",
                                         "minor=1000 future memories"));

TEST(MissingCalls, AreNamed) {
  Stub stub("without=PJRT_Executable_Serialize");
  Executable copy = Executable::compile(stub.client(), "outputs=0", {});
  EXPECT_ERROR(copy.serialize(), ErrorKind::kUnsupported, "[PJRT_Executable_Serialize]");
  EXPECT_ERROR(copy.serialize(), ErrorKind::kUnsupported, "PJRT 0.114");
}

TEST(Failures, CarryCodeAndWords) {
  Stub stub("no_memory run_fails");
  Client client = stub.client();
  EXPECT_ERROR(put<float>(client, {2}, f32, {1, 2}), ErrorKind::kOutOfMemory,
               "want 5 bytes, have 4 (PJRT code 8)");
  EXPECT_ERROR(Executable::compile(client, "rubbish", {}), ErrorKind::kPlugin,
               "[PJRT_Client_Compile] want outputs=N, got rubbish (PJRT code 3)");
  EXPECT_ERROR(Client::create(stub.load(), {{"unknown", true}}), ErrorKind::kPlugin, "no option");

  Execution run = Executable::compile(client, "outputs=0", {}).execute({});
  EXPECT_ERROR(run.done.await(), ErrorKind::kPlugin, "the program failed (PJRT code 13)");
  std::string told;
  run.done.on_ready([&](const Error* error) { told = error->message(); });
  EXPECT_EQ(told, "the program failed");
}

TEST(Failures, WithoutADeviceThereIsNoClient) {
  Stub stub("no_devices");
  EXPECT_ERROR(stub.client(), ErrorKind::kPlugin, "no device");
}

TEST(Failures, AnExecuteThatThrowsLeavesOutputsAlone) {
  Stub stub("");
  Client client = stub.client();
  Buffer x = put<float>(client, {1}, f32, {1});
  Executable two = Executable::compile(client, "outputs=2", {});
  std::vector<Buffer> outputs(2);
  outputs[0] = put<float>(client, {1}, f32, {5});
  const Buffer* too_few[] = {&x};
  EXPECT_ERROR(two.execute_into(too_few, outputs), ErrorKind::kPlugin, "too few arguments");
  EXPECT_EQ(get<float>(outputs[0]), (std::vector<float>{5}));
  EXPECT_TRUE(outputs[1].empty());
  const Buffer* empty[] = {&x, &outputs[1]};
  EXPECT_ERROR(two.execute_into(empty, outputs), ErrorKind::kInvalidArgument,
               "argument 1 is an empty buffer");
  const Buffer* both[] = {&x, &x};
  EXPECT_ERROR(two.execute_into(both, std::span(outputs).first(1)), ErrorKind::kInvalidArgument,
               "got places for 1 outputs, want 2");
}

}  // namespace
}  // namespace fusebox::pjrt
