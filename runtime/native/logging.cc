// TensorFlow logs with Abseil, which writes everything to stderr until a program initialises it, and libtensorflow logs
// while it is being loaded, before anybody can. A symbol of the addon comes before the same symbol of its libraries, so
// that the addon answers here whether logging is initialised: yes, unless the user asks for more than errors. (Where
// another version of Abseil asks by another name, nobody is answered and the lines appear.)
#include <cstdlib>

namespace absl {
inline namespace lts_20250814 {
namespace log_internal {

__attribute__((visibility("default"))) bool IsInitialized();

bool IsInitialized() {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  return level != nullptr && level[0] >= '2';
}

}  // namespace log_internal
}  // namespace lts_20250814
}  // namespace absl
