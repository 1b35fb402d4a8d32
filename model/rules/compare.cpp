#include "model/rules/compare.h"

#include <algorithm>
#include <set>

#include "model/rules/affects.h"
#include "model/rules/elaborate.h"
#include "model/rules/print.h"

namespace stateroom::rules {

std::string_view name(EditChange change) {
  switch (change) {
    case EditChange::kInserted:
      return "inserted";
    case EditChange::kReplaced:
      return "replaced";
    case EditChange::kRemoved:
      return "removed";
  }
  base::require(false, "a change of no kind");
  return {};
}

std::string owner_name(const Owner& owner) { return owner.msc != 0 ? "msc" + std::to_string(owner.msc) : owner.draft; }

namespace {

// Text without the line ends at its end.
std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

std::string origin_key(const Origin& origin) {
  std::string key =
      origin.version + "|" + std::string(name(origin.change)) + "|" + origin.reading + "|" + origin.location.text();
  for (const Owner& owner : origin.owners) key += "|" + owner_name(owner);
  return key;
}

class Differ {
 public:
  Differ(const Version& before, const Version& after, const TextSource* texts)
      : before_(before), after_(after), before_uses_(before, core_of(before)), after_uses_(after, core_of(after)) {
    if (texts) {
      collect(before, after, *texts);
      collect(after, before, *texts);
    } else {
      records_.insert(records_.end(), before.log.begin(), before.log.end());
      records_.insert(records_.end(), after.log.begin(), after.log.end());
    }
  }

  std::vector<Edit> run() {
    entries({SectionKind::kTypes, {}}, before_.types, after_.types);
    entries({SectionKind::kIdentifiers, {}}, before_.identifiers, after_.identifiers);
    entries({SectionKind::kFormat, {}}, before_.format, after_.format);
    entries({SectionKind::kLimits, {}}, before_.limits, after_.limits);
    entries({SectionKind::kCanonicalJson, {}}, before_.canonical_json, after_.canonical_json);
    entries({SectionKind::kSignatures, {}}, before_.signatures, after_.signatures);
    std::set<std::string> types;
    for (const auto& [type, fields] : before_.content) types.insert(type);
    for (const auto& [type, fields] : after_.content) types.insert(type);
    static const std::vector<ContentEntry> none;
    for (const std::string& type : types) {
      const auto a = before_.content.find(type);
      const auto b = after_.content.find(type);
      entries({SectionKind::kContent, type}, a == before_.content.end() ? none : a->second,
              b == after_.content.end() ? none : b->second);
    }
    entries({SectionKind::kDefinitions, {}}, before_.definitions, after_.definitions);
    rules({SectionKind::kAuthEvents, {}}, before_.auth_events, after_.auth_events);
    rules({SectionKind::kRules, {}}, before_.rules, after_.rules);
    entries({SectionKind::kRedaction, {}}, before_.redaction, after_.redaction);
    rules({SectionKind::kReceipt, {}}, before_.receipt, after_.receipt);
    entries({SectionKind::kStateBefore, {}}, before_.state_before, after_.state_before);
    entries({SectionKind::kResolution, {}}, before_.resolution, after_.resolution);
    entries({SectionKind::kReadings, {}}, before_.readings, after_.readings);
    return std::move(edits_);
  }

 private:
  static std::shared_ptr<const CoreVersion> core_of(const Version& version) {
    auto core = elaborate(version);
    return core ? *core : nullptr;
  }

  // The edits of the texts that `from` builds on and `other` does not.
  void collect(const Version& from, const Version& other, const TextSource& texts) {
    LoadOptions options;
    options.errata = from.errata;
    for (const std::string& step : from.lineage) {
      if (std::find(other.lineage.begin(), other.lineage.end(), step) != other.lineage.end()) continue;
      if (step == from.name) {
        records_.insert(records_.end(), from.log.begin(), from.log.end());
      } else if (const auto loaded = load(step, texts, options)) {
        records_.insert(records_.end(), loaded->log.begin(), loaded->log.end());
      }
    }
  }

  static bool related(const Path& a, const Path& b) {
    const std::size_t n = std::min(a.size(), b.size());
    return std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(n), b.begin());
  }

  std::vector<std::string> owners(const SectionName& section, const Path& path, const EntryBase* a,
                                  const EntryBase* b) const {
    std::set<std::string> names;
    const auto only_in = [&](const EntryBase* mine, const EntryBase* other) {
      if (!mine) return;
      for (const Origin& origin : mine->origins) {
        const bool shared = other && std::any_of(other->origins.begin(), other->origins.end(),
                                                 [&](const Origin& o) { return origin_key(o) == origin_key(origin); });
        if (!shared)
          for (const Owner& owner : origin.owners) names.insert(owner_name(owner));
      }
    };
    for (const EditRecord& record : records_) {
      if (!(record.section == section) || record.path != path) continue;
      for (const Owner& owner : record.origin.owners) names.insert(owner_name(owner));
    }
    if (names.empty() && a && b) {
      only_in(a, b);
      only_in(b, a);
    } else if (names.empty()) {
      // New or gone: who made it, unless that was before the two versions parted.
      for (const EditRecord& record : records_) {
        if (!(record.section == section) || !related(record.path, path)) continue;
        for (const Owner& owner : record.origin.owners) names.insert(owner_name(owner));
      }
      if (names.empty()) only_in(a ? a : b, nullptr);
    }
    return {names.begin(), names.end()};
  }

  void add(const SectionName& section, const Path& path, EditChange change, const EntryBase* a, const EntryBase* b,
           std::string before, std::string after) {
    Edit edit;
    edit.section = section;
    edit.label = join(path);
    edit.change = change;
    edit.owners = owners(section, path, a, b);
    edit.before = trimmed(std::move(before));
    edit.after = trimmed(std::move(after));
    for (const Dependencies* uses : {&before_uses_, &after_uses_})
      for (std::string& label : uses->on(section, path))
        if (std::find(edit.affects.begin(), edit.affects.end(), label) == edit.affects.end())
          edit.affects.push_back(std::move(label));
    edits_.push_back(std::move(edit));
  }

  template <class E>
  void entries(const SectionName& section, const std::vector<E>& a, const std::vector<E>& b) {
    const auto find = [](const std::vector<E>& list, const Path& path) -> const E* {
      for (const E& entry : list)
        if (path_of(Entry(entry)) == path) return &entry;
      return nullptr;
    };
    for (const E& entry : a) {
      const Path path = path_of(Entry(entry));
      const E* other = find(b, path);
      const std::string text = print(section, Entry(entry));
      if (!other) {
        add(section, path, EditChange::kRemoved, &entry, nullptr, text, {});
      } else if (std::string now = print(section, Entry(*other)); now != text) {
        add(section, path, EditChange::kReplaced, &entry, other, text, std::move(now));
      }
    }
    for (const E& entry : b) {
      const Path path = path_of(Entry(entry));
      if (!find(a, path)) add(section, path, EditChange::kInserted, nullptr, &entry, {}, print(section, Entry(entry)));
    }
  }

  // ------------------------------------------------------------------------------------------------ rules

  static const Rule* sibling(const std::vector<Rule>& list, const std::string& label) {
    for (const Rule& rule : list)
      if (rule.label == label) return &rule;
    return nullptr;
  }

  // Labels in both lists whose order changed: those outside a longest common subsequence.
  static std::set<std::string> moved(const std::vector<Rule>& a, const std::vector<Rule>& b) {
    std::vector<std::string> left, right;
    for (const Rule& rule : a)
      if (sibling(b, rule.label)) left.push_back(rule.label);
    for (const Rule& rule : b)
      if (sibling(a, rule.label)) right.push_back(rule.label);
    std::set<std::string> result;
    if (left == right) return result;
    const std::size_t n = left.size();
    std::vector<std::vector<std::size_t>> length(n + 1, std::vector<std::size_t>(n + 1, 0));
    for (std::size_t i = n; i-- > 0;)
      for (std::size_t j = n; j-- > 0;)
        length[i][j] = left[i] == right[j] ? length[i + 1][j + 1] + 1 : std::max(length[i + 1][j], length[i][j + 1]);
    std::size_t i = 0, j = 0;
    while (i < n && j < n) {
      if (left[i] == right[j])
        ++i, ++j;
      else if (length[i + 1][j] >= length[i][j + 1])
        result.insert(left[i++]);
      else
        ++j;
    }
    while (i < n) result.insert(left[i++]);
    return result;
  }

  void numbered(const Rule* a, const Rule* b, bool is_moved = false) {
    if (a) edits_.back().number_before = a->number;
    if (b) edits_.back().number_after = b->number;
    edits_.back().moved = is_moved;
  }

  // What is a rule's own: of a block its head, of a leaf all. `numbered N` and `unnumbered` count.
  static std::string own_text(const Rule& rule) {
    std::string text = rule.is_block() ? (rule.head ? print(*rule.head) : std::string("a block without a condition"))
                                       : print_leaf(rule);
    if (rule.numbered) text += " numbered " + std::to_string(*rule.numbered);
    if (rule.unnumbered) text += " unnumbered";
    return text;
  }

  void rules(const SectionName& section, const std::vector<Rule>& a, const std::vector<Rule>& b) {
    const std::set<std::string> out_of_place = moved(a, b);
    for (const Rule& rule : a) {
      const Rule* other = sibling(b, rule.label);
      if (!other) {
        add(section, rule.path, EditChange::kRemoved, &rule, nullptr, print(section, rule), {});
        numbered(&rule, nullptr);
        continue;
      }
      if (rule.is_block() != other->is_block()) {
        add(section, rule.path, EditChange::kReplaced, &rule, other, print(section, rule), print(section, *other));
        numbered(&rule, other);
        continue;
      }
      const std::string text = own_text(rule), now = own_text(*other);
      const bool is_moved = out_of_place.contains(rule.label);
      if (text != now || is_moved) {
        add(section, rule.path, EditChange::kReplaced, &rule, other, text, now);
        numbered(&rule, other, is_moved && text == now);
      }
      if (rule.is_block()) rules(section, rule.children, other->children);
    }
    for (const Rule& rule : b) {
      if (sibling(a, rule.label)) continue;
      add(section, rule.path, EditChange::kInserted, nullptr, &rule, {}, print(section, rule));
      numbered(nullptr, &rule);
    }
  }

  const Version& before_;
  const Version& after_;
  Dependencies before_uses_, after_uses_;
  std::vector<EditRecord> records_;
  std::vector<Edit> edits_;
};

}  // namespace

std::vector<Edit> compare(const Version& before, const Version& after, const TextSource* texts) {
  return Differ(before, after, texts).run();
}

}  // namespace stateroom::rules
