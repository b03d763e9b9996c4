// A model's file is cut short while a reply is under way: the program says so and ends.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "tests/apps/program.h"

namespace fusebox::apps {
namespace {

TEST(LostFile, EndsTheProgramWithAMessage) {
  if (kOwnPluginPath.empty()) GTEST_SKIP() << "weights are read in the file by our own plugin only";
  const TemporaryFolder folder;
  const std::string model = folder / "model.gguf", err = folder / "err";
  std::filesystem::copy_file(kModelPath, model);
  const std::string command = kProgramPath + " chat " + model + " --plugin " + kOwnPluginPath +
                              " --prompt 'Tell me a long story.' --temp 0 --max-tokens 4000 2>" + err;
  FILE* out = popen(command.c_str(), "r");
  ASSERT_NE(out, nullptr);
  EXPECT_NE(std::fgetc(out), EOF) << read_file(err);  // the reply has begun
  EXPECT_EQ(truncate(model.c_str(), 0), 0);
  while (std::fgetc(out) != EOF) {
  }
  const int status = pclose(out);
  EXPECT_TRUE(WIFEXITED(status)) << status;
  EXPECT_EQ(WEXITSTATUS(status), 1);
  EXPECT_NE(read_file(err).find("cut short"), std::string::npos) << read_file(err);
}

}  // namespace
}  // namespace fusebox::apps
