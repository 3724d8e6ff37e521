#include "pedalion/endpoints/handlers/list_stream.h"

#include "pedalion/endpoints/handlers/gzip.h"

namespace pedalion::endpoints {
namespace {

/// Gives the text piece by piece.
class TextPieces {
 public:
  explicit TextPieces(ListText text) : text_(std::move(text)) {}

  /// The next piece; nothing at the end.
  std::optional<Bytes> next() {
    if (step_ == Step::kHead) {
      step_ = text_.items.empty() ? Step::kTail : Step::kOpening;
      return Bytes(std::move(text_.head));
    }
    if (step_ == Step::kOpening) {
      step_ = Step::kItem;
      return Bytes::of_static(at_ == 0 ? "{" : ",{");
    }
    if (step_ == Step::kItem) {
      auto object = std::move(text_.items[at_++]);
      step_ = at_ == text_.items.size() ? Step::kTail : Step::kOpening;
      return object->json.slice(object->metadata_offset);
    }
    if (step_ == Step::kTail) {
      step_ = Step::kEnd;
      return Bytes(std::move(text_.tail));
    }
    return std::nullopt;
  }

 private:
  enum class Step { kHead, kOpening, kItem, kTail, kEnd };
  ListText text_;
  std::size_t at_ = 0;
  Step step_ = Step::kHead;
};

/// What there is already.
class MadePieces {
 public:
  explicit MadePieces(ListPieces list) : list_(std::move(list)) {}
  std::optional<Bytes> next() {
    if (at_ == list_.pieces.size()) return std::nullopt;
    return std::move(list_.pieces[at_++]);
  }

 private:
  ListPieces list_;
  std::size_t at_ = 0;
};

template <class Pieces>
class ListStream final : public http::BodyStream {
 public:
  explicit ListStream(Pieces pieces) : pieces_(std::move(pieces)) {}
  Pull pull(std::vector<Bytes>& out, std::size_t budget) override {
    for (std::size_t taken = 0; taken < budget;) {
      auto piece = pieces_.next();
      if (!piece) return Pull::kEnd;
      taken += piece->size();
      out.push_back(*std::move(piece));
    }
    return Pull::kMore;
  }

 private:
  Pieces pieces_;
};

template <class Pieces>
class GzipListStream final : public http::BodyStream {
 public:
  explicit GzipListStream(Pieces pieces) : pieces_(std::move(pieces)) {}
  Pull pull(std::vector<Bytes>& out, std::size_t budget) override {
    std::string compressed;
    while (compressed.size() < budget) {
      auto piece = pieces_.next();
      if (!piece) {
        gzip_.finish(compressed);
        out.emplace_back(std::move(compressed));
        return Pull::kEnd;
      }
      gzip_.add(piece->view(), compressed);
    }
    out.emplace_back(std::move(compressed));
    return Pull::kMore;
  }

 private:
  Pieces pieces_;
  Gzip gzip_;
};

}  // namespace

std::size_t ListText::size() const {
  std::size_t size = head.size() + tail.size();
  for (const auto& item : items) size += item->json.size() - item->metadata_offset + 2;
  return size;
}

std::size_t ListPieces::size() const {
  std::size_t size = 0;
  for (const Bytes& piece : pieces) size += piece.size();
  return size;
}

ListText list_text(const meta::GroupVersionKind& item_kind, const ListMeta& meta,
                   std::vector<watchcache::ObjectPtr> items) {
  std::string version =
      item_kind.group.empty() ? item_kind.version : item_kind.group + "/" + item_kind.version;
  std::string head = "{\"kind\":\"" + item_kind.kind + "List\",\"apiVersion\":\"" + version +
                     "\",\"metadata\":" + list_meta_json(meta) + ",\"items\":[";
  return {std::move(head), "]}\n", std::move(items)};
}

std::unique_ptr<http::BodyStream> list_stream(ListText text) {
  return std::make_unique<ListStream<TextPieces>>(TextPieces(std::move(text)));
}
std::unique_ptr<http::BodyStream> list_stream(ListPieces list) {
  return std::make_unique<ListStream<MadePieces>>(MadePieces(std::move(list)));
}
std::unique_ptr<http::BodyStream> gzip_list_stream(ListText text) {
  return std::make_unique<GzipListStream<TextPieces>>(TextPieces(std::move(text)));
}
std::unique_ptr<http::BodyStream> gzip_list_stream(ListPieces list) {
  return std::make_unique<GzipListStream<MadePieces>>(MadePieces(std::move(list)));
}

}  // namespace pedalion::endpoints
