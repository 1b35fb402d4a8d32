#include "model/event/keys.h"

#include <gtest/gtest.h>

#include "model/base/encode.h"
#include "model/event/event.h"
#include "tests/support/event_formats.h"
#include "tests/support/json.h"

namespace stateroom::event {
namespace {

using support::read_json;

/// The key of appendices, "Cryptographic Test Vectors".
SigningKey specification_key() {
  const auto seed = base::base64_decode("YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1").value();
  return {"domain", "ed25519:1", std::string(seed.begin(), seed.end())};
}

TEST(Sign, GivesTheSpecificationsSignatures) {
  EXPECT_EQ(sign(specification_key(), "{}"),
            "K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ");
  EXPECT_EQ(sign(specification_key(), R"({"one":1,"two":"Two"})"),
            "KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7vBZhG6kYdD13EIMJpvhJI+6Bw");
}

// Source: appendices, "Event Signing".
constexpr std::string_view kMinimal = R"({"auth_events": [], "content": {}, "depth": 3,
  "hashes": {"sha256": "5jM4wQpv6lnBo7CLIghJuHdW+s2CMBJPUOGOC89ncos"}, "origin": "domain", "origin_server_ts": 1000000,
  "prev_events": [], "room_id": "!x:domain", "sender": "@a:domain", "signatures": {"domain": {
  "ed25519:1": "KxwGjPSDEtvnFgU00fwFz+l6d2pJM6XBIaMEn81SXPTRl16AqLAYqfIReFGZlHi5KLjAWbOoMszkwsQma+lYAg"}},
  "type": "X", "unsigned": {"age_ts": 1000000}})";
constexpr std::string_view kRedactable =
    R"({"content": {"body": "Here is the message content"}, "event_id": "$0:domain",
  "hashes": {"sha256": "onLKD1bGljeBWQhWZ1kaP9SorVmRQNdN5aM2JYU2n/g"}, "origin": "domain", "origin_server_ts": 1000000,
  "type": "m.room.message", "room_id": "!r:domain", "sender": "@u:domain", "signatures": {"domain": {
  "ed25519:1": "Wm+VzmOUOz08Ds+0NTWb1d4CZrVsJSikkeRxh6aCcUwu6pNC78FunoD7KNWzqFn241eYHYMGCA5McEiVPdhzBA"}},
  "unsigned": {"age_ts": 1000000}})";

TEST(Verify, TakesTheSpecificationsSignedEvents) {
  const ServerKeys keys{{"domain", {{"ed25519:1", verify_key(specification_key())}}}};
  for (const std::string_view text : {kMinimal, kRedactable}) {
    const auto event = read_json(text);
    EXPECT_EQ(content_hash(event.value, support::format_1()).value(),
              std::string(event.value.get("hashes").get("sha256").string()));
    EXPECT_EQ(verify(event.value, support::format_1(), "domain", keys), SignatureState::kValid);
    const auto bytes = hashed_bytes(event.value, support::format_1(), "signed_object").value();
    EXPECT_EQ(sign(specification_key(), bytes), event.value.get("signatures").get("domain").get("ed25519:1").string());
  }
}

TEST(Verify, TellsAWrongSignatureFromAnUnknownKey) {
  const auto event = read_json(kMinimal);
  const EventFormat format = support::format_1();
  const ServerKeys none, other_id{{"domain", {{"ed25519:2", verify_key(specification_key())}}}};
  const ServerKeys wrong{{"domain", {{"ed25519:1", verify_key(signing_key("domain", "another"))}}}};
  EXPECT_EQ(verify(event.value, format, "domain", none), SignatureState::kNoKey);
  EXPECT_EQ(verify(event.value, format, "domain", other_id), SignatureState::kNoKey);
  EXPECT_EQ(verify(event.value, format, "domain", wrong), SignatureState::kInvalid);
  EXPECT_EQ(verify(event.value, format, "elsewhere", wrong), SignatureState::kInvalid) << "no signature of that server";
  std::string changed(kMinimal);
  changed.replace(changed.find("\"depth\": 3"), 10, "\"depth\": 4");
  const ServerKeys right{{"domain", {{"ed25519:1", verify_key(specification_key())}}}};
  EXPECT_EQ(verify(read_json(changed).value, format, "domain", right), SignatureState::kInvalid);
}

TEST(Verify, AsksWhetherTheKeyMayBeUsed) {
  const auto event = read_json(kMinimal);
  VerifyKey key = verify_key(specification_key());
  key.expired_ts = 999999;
  const ServerKeys keys{{"domain", {{"ed25519:1", key}}}};
  const auto at_the_time = [](const VerifyKey& k) { return !k.expired_ts || *k.expired_ts >= 1000000; };
  EXPECT_EQ(verify(event.value, support::format_1(), "domain", keys), SignatureState::kValid);
  EXPECT_EQ(verify(event.value, support::format_1(), "domain", keys, "signed_object", at_the_time),
            SignatureState::kInvalid);
}

TEST(Verify, SurvivesSignaturesOfAnyShape) {
  const ServerKeys keys{{"domain", {{"ed25519:1", verify_key(specification_key())}}}};
  for (const char* signatures :
       {"null", "[]", "{}", R"({"domain": 1})", R"({"domain": {}})", R"({"domain": ["ed25519:1"]})",
        R"({"domain": {"ed25519:1": 5}})", R"({"domain": {"ed25519:1": "!"}})", R"({"domain": {"ed25519:1": ""}})",
        R"({"domain": {"ed25519:1": "YWJj"}})"}) {
    const auto event = read_json(std::string(R"({"type": "X", "signatures": )") + signatures + "}");
    EXPECT_EQ(verify(event.value, support::format_1(), "domain", keys), SignatureState::kInvalid) << signatures;
  }
}

TEST(SigningKey, IsAFunctionOfServerAndSeed) {
  EXPECT_EQ(verify_key(signing_key("a", "seed")).key, verify_key(signing_key("a", "seed")).key);
  EXPECT_NE(verify_key(signing_key("a", "seed")).key, verify_key(signing_key("b", "seed")).key);
  EXPECT_NE(verify_key(signing_key("a", "seed")).key, verify_key(signing_key("a", "other")).key);
}

TEST(ReadKeys, TakesAllShapes) {
  const std::string key = "XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI";
  for (const std::string& text :
       {R"({"a": {"ed25519:1": ")" + key + R"("}})",
        R"({"a": {"verify_keys": {"ed25519:1": {"key": ")" + key + R"("}}}})",
        R"({"server_name": "a", "verify_keys": {"ed25519:1": {"key": ")" + key + R"("}}, "valid_until_ts": 5})",
        R"({"server_keys": [{"server_name": "a", "verify_keys": {"ed25519:1": {"key": ")" + key + R"("}}}]})"}) {
    const auto keys = read_keys(read_json(text).value, "f");
    ASSERT_TRUE(keys) << text << keys.error().message;
    ASSERT_EQ(keys->size(), 1u) << text;
    EXPECT_EQ(
        base::base64(std::span(reinterpret_cast<const std::uint8_t*>(keys->at("a").at("ed25519:1").key.data()), 32)),
        key);
  }
}

TEST(ReadKeys, KeepsWhenAnOldKeyExpired) {
  const auto keys = read_keys(read_json(R"({"a": {"valid_until_ts": 9, "verify_keys": {},
    "old_verify_keys": {"ed25519:0": {"expired_ts": 7, "key": "XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI"}}}})")
                                  .value,
                              "f");
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->at("a").at("ed25519:0").expired_ts, 7);
  EXPECT_EQ(keys->at("a").at("ed25519:0").valid_until_ts, std::nullopt);
}

TEST(ReadKeys, LeavesOutOtherAlgorithmsAndRefusesWhatIsNoKey) {
  EXPECT_TRUE(read_keys(read_json(R"({"a": {"rsa:1": "AA"}})").value, "f")->at("a").empty());
  for (const char* text : {"[]", R"({"a": 1})", R"({"a": {"ed25519:1": 1}})", R"({"a": {"ed25519:1": "AA"}})",
                           R"({"a": {"verify_keys": {"ed25519:1": {}}}})"}) {
    const auto keys = read_keys(read_json(text).value, "f");
    ASSERT_FALSE(keys) << text;
    EXPECT_EQ(keys.error().code, base::ErrorCode::kSignature) << text;
    EXPECT_EQ(keys.error().where, "f");
  }
}

}  // namespace
}  // namespace stateroom::event
