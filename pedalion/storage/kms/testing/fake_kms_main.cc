// pedalion-fake-kms SOCKET: serves there; each line of its input is `key ID` or `health WORD`.
#include <iostream>

#include "pedalion/storage/kms/testing/fake_kms.h"

int main(int count, char** words) {
  if (count != 2) {
    std::cerr << "usage: pedalion-fake-kms SOCKET\n";
    return 2;
  }
  pedalion::storage::kms::FakeKms service(words[1]);
  std::cout << "ready" << std::endl;
  for (std::string what, word; std::cin >> what >> word;) {
    if (what == "key")
      service.set_key(word);
    else
      service.set_health(word);
    std::cout << "done" << std::endl;
  }
}
