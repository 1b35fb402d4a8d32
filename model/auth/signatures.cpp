#include "model/auth/signatures.h"

#include <memory>
#include <string>

#include "model/base/encode.h"

namespace stateroom::auth {

namespace {

using base::EventIndex;
using event::SignatureState;
using json::Value;

constexpr std::size_t kKeyBytes = 32;

std::optional<event::VerifyKey> key_of(Value text) {
  if (!text.is_string()) return std::nullopt;
  const auto bytes = base::base64_decode(text.string());
  if (!bytes || bytes->size() != kKeyBytes) return std::nullopt;
  event::VerifyKey key;
  key.key.assign(bytes->begin(), bytes->end());
  return key;
}

// The policy server's key stands in the policy event: `public_keys.ed25519`, named by `key_version` in the signature.
bool signed_with(const graph::Room& room, EventIndex event, std::string_view server, std::string_view key_version,
                 EventIndex keys_of) {
  if (!keys_of.valid()) return false;
  const auto key = key_of(room.event(keys_of).content.get("public_keys").get("ed25519"));
  if (!key) return false;
  event::ServerKeys keys;
  keys[std::string(server)]["ed25519:" + std::string(key_version)] = *key;
  return event::verify(room.event(event), room.format(), server, keys) == SignatureState::kValid;
}

// `signed` of a third-party invite: some signature of it verifies with some key of the m.room.third_party_invite event.
bool verifies(const graph::Room& room, EventIndex event, EventIndex keys_of) {
  if (!keys_of.valid()) return false;
  const Value object = room.event(event).content.get("third_party_invite").get("signed");
  const Value signatures = object.get("signatures");
  if (!object.is_object() || !signatures.is_object()) return false;
  const Value content = room.event(keys_of).content;
  std::vector<event::VerifyKey> candidates;
  if (const auto key = key_of(content.get("public_key"))) candidates.push_back(*key);
  const Value list = content.get("public_keys");
  for (std::uint32_t i = 0; list.is_array() && i < list.size(); ++i) {
    if (const auto key = key_of(list.at(i).get("public_key"))) candidates.push_back(*key);
  }
  // The object is signed as it stands, without its signatures and `unsigned`: no event, so nothing of it is redacted.
  event::EventFormat plain;
  plain.canonical_json = room.format().canonical_json;
  plain.hashed_objects["signed_object"].without = {{"signatures"}, {"unsigned"}};
  for (std::uint32_t s = 0; s < signatures.size(); ++s) {
    const std::string server(signatures.key(s));
    const Value of_server = signatures.at(s);
    for (std::uint32_t k = 0; of_server.is_object() && k < of_server.size(); ++k) {
      for (const event::VerifyKey& key : candidates) {
        event::ServerKeys keys;
        keys[server][std::string(of_server.key(k))] = key;
        if (event::verify(object, plain, server, keys) == SignatureState::kValid) return true;
      }
    }
  }
  return false;
}

}  // namespace

rules::Oracles oracles_from_keys(const graph::Room& room, event::ServerKeys keys, KeyValid key_valid) {
  rules::Oracles out;
  const auto known = std::make_shared<const event::ServerKeys>(std::move(keys));
  out.signed_by = [&room, known, key_valid = std::move(key_valid)](EventIndex event, std::string_view server,
                                                                   std::string_view object) {
    const event::KeyValid taken = [&](const event::VerifyKey& key) { return !key_valid || key_valid(event, key); };
    return event::verify(room.event(event), room.format(), server, *known, object, taken) == SignatureState::kValid;
  };
  out.signed_with = [&room](EventIndex event, std::string_view server, std::string_view key_version,
                            EventIndex keys_of) { return signed_with(room, event, server, key_version, keys_of); };
  out.verifies = [&room](EventIndex event, EventIndex keys_of) { return verifies(room, event, keys_of); };
  return out;
}

}  // namespace stateroom::auth
