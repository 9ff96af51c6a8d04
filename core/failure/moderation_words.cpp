#include "failure/moderation_words.hpp"

#include "base/ascii.hpp"
#include "failure/failure_words.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace limn {

namespace {

// What stands in these is not about a picture: it is left out before anything is looked for.
constexpr std::string_view k_about_something_else[] = {
  "case sensitive",
  "case-sensitive",
  "case insensitive",
  "case-insensitive",
  "time-sensitive",
  "time sensitive",
  "大小写敏感",
  "rate limit policy",
  "rate-limit policy",
  "rate limiting policy",
  "billing policy",
  "retry policy",
  "retention policy",
  "quota policy",
  "routing policy",
  "data policy",
  "cors policy",
  "access policy",
  "iam policy",
  "organization policy",
  "network policy",
  "privacy policy",
  "spending policy",
  "payment policy",
  "violates the schema",
  "content_filter_results",
  "账号违规",
  "账户违规",
  "用户违规",
  "帐号违规",
  "content-type",
  "content type",
  "content length",
  "content-length",
  "content encoding",
  "content-encoding",
  "privacy and data",
};

// Enough by themselves. `*` as in FailureWord::text.
constexpr std::string_view k_english[] = {
  "safety system",
  "safety_violation",
  "safety filter",
  "safety polic",
  "safety guideline",
  "safety reason",
  "safety concern",
  "safety violation",
  "safety standard",
  "safety issue",
  "safety rule",
  "safety check failed",
  "failed safety",
  "failed the safety",
  "blocked by safety",
  "due to safety",
  "unsafe content",
  "moderation_blocked",
  "banned prompt",
  "content_policy_violation",
  "content_moderation",
  "content_filter",
  "content moderation",
  "content filter",
  "content safety",
  "content polic",
  "content guideline",
  "content rule",
  "content restriction",
  "content violat",
  "moderation system",
  "moderation polic",
  "moderation filter",
  "moderation check",
  "moderation fail",
  "moderation service rejected",
  "failed moderation",
  "blocked by moderation",
  "rejected by moderation",
  "by our moderation",
  "moderation endpoint flagged",
  "was moderated",
  "been moderated",
  "usage polic",
  "usage guideline",
  "acceptable use",
  "community guideline",
  "community standard",
  "terms of service*violat",
  "violat*terms of",
  "violat*polic",
  "violat*guideline",
  "against*polic",
  "against*guideline",
  "violation of*polic",
  "content management policy",
  "responsible ai",
  "responsibleai",
  "input was flagged",
  "requires moderation",
  "sensitive word",
  "sensitive content",
  "sensitive information",
  "sensitive material",
  "sensitive topic",
  "sensitivecontent",
  "sensitive data detected",
  "data_inspection_failed",
  "datainspectionfailed",
  "inappropriate",
  "prohibited content",
  "prohibited_content",
  "prohibited use",
  "disallowed content",
  "forbidden content",
  "restricted content",
  "not allowed by our",
  "harmful content",
  "potentially harmful",
  "offensive content",
  "offensive language",
  "explicit content",
  "explicit material",
  "sexually explicit",
  "adult content",
  "mature content",
  "nsfw content",
  "nsfw image",
  "is nsfw",
  "nsfw detected",
  "not safe for work",
  "pornograph",
  "nudity",
  "sexual content",
  "graphic violence",
  "violent content",
  "hate speech",
  "self-harm",
  "child sexual",
  "csam",
  "illegal content",
  "unlawful content",
  "copyrighted",
  "copyright infring",
  "intellectual property",
  "ip infringement",
  "real person",
  "public figure",
  "celebrity",
  "deepfake",
  "disinformation",
  "risk control",
  "raifiltered",
  "image_safety",
  "input text*risk",
  "prompt injection",
  "guardrail",
  "content_blocked",
  "unable to generate*because it",
  "can't help with that",
  "cannot fulfill",
};

constexpr std::string_view k_chinese[] = {
  "敏感",     "违规",      "違規",          "违禁",          "違禁",        "不合规",
  "不合規",   "违反*政策", "违反*规定",     "违反*规则",     "违反*条款",   "违反*策略",
  "违反*法",  "違反*政策", "違反*規定",     "涉黄",          "涉政",        "涉暴",
  "涉恐",     "色情",      "暴力",          "血腥",          "低俗",        "不雅",
  "裸露",     "不当内容",  "不當內容",      "不适当",        "不適當",      "不适宜",
  "不宜",     "不良信息",  "不良内容",      "不安全",        "不健康",      "非法内容",
  "违法",     "違法",      "有害",          "未通过*审核",   "审核*未通过", "审核*不通过",
  "审核失败", "审核拒绝",  "內容審核",      "內容政策",      "安全審核",    "审核*拦截",
  "內容安全", "内容审核",  "安全审核",      "內容過濾",      "内容安全",    "内容政策",
  "内容过滤", "内容策略",  "内容风控",      "安全系统",      "安全系統",    "安全策略",
  "安全检测", "安全过滤",  "安全规则",      "安全风险",      "安全限制",    "安审",
  "触发风控", "风险内容",  "禁止生成",      "禁止内容",      "禁用词",      "屏蔽词",
  "侵权",     "版权保护",  "无法生成*内容", "可能包含*信息",
};

constexpr std::string_view k_japanese_and_korean[] = {
  "不適切",
  "コンテンツポリシー",
  "コンテンツ ポリシー",
  "コンテンツフィルタ",
  "使用ポリシー",
  "利用ポリシー",
  "ポリシー違反",
  "ポリシーに違反",
  "ポリシーに反",
  "規約に違反",
  "規約違反",
  "ガイドライン",
  "安全システム",
  "安全性",
  "セーフティ",
  "センシティブ",
  "有害",
  "禁止されているコンテンツ",
  "禁止コンテンツ",
  "性的",
  "暴力的",
  "公序良俗",
  "モデレーション",
  "不快な",
  "부적절",
  "유해",
  "선정적",
  "안전 시스템",
  "안전 정책",
  "안전상",
  "안전 필터",
  "콘텐츠 정책",
  "콘텐츠 필터",
  "정책을 위반",
  "정책 위반",
  "정책에 위배",
  "사용 정책",
  "가이드라인",
  "민감한",
  "금지된 콘텐츠",
  "금지된 내용",
  "폭력적",
  "음란",
};

// Without the letters that have an accent or a capital: only ASCII is compared without its case.
constexpr std::string_view k_european[] = {
  // Russian
  "еприемлем",
  "епристойн",
  "едопустимый контент",
  "едопустимое содерж",
  "едопустимого контент",
  "едопустимого содерж",
  "апрещ*контент",
  "апрещ*содерж",
  "арушает*правил",
  "арушает*политик",
  "арушает*услови",
  "арушение*правил",
  "арушение*политик",
  "арушение*услови",
  "арушают*правил",
  "арушают*политик",
  "олитик* контент",
  "олитик* безопасност",
  "олитик* использования",
  "олитик* содерж",
  "одерац",
  "истем* безопасности",
  "ильтр* безопасности",
  "оображениям безопасности",
  "увствительн* контент",
  "увствительн* содерж",
  "скорбительн",
  "орнограф",
  "ротическ",
  "насили",
  "вредоносн* контент",
  "енависть",
  // Spanish and Portuguese
  "inapropiad",
  "inadecuad",
  "inapropriad",
  "inadequad",
  "contenido prohibido",
  "contenido sensible",
  "contenido no permitido",
  "contenido sexual",
  "contenido da",
  "contenido ofensivo",
  "contenido violento",
  "contenido perjudicial",
  "políticas de contenido",
  "política de contenido",
  "políticas de uso",
  "política de uso",
  "política de seguridad",
  "políticas de seguridad",
  "normas de seguridad",
  "normas de la comunidad",
  "sistema de seguridad",
  "filtro de seguridad",
  "motivos de seguridad",
  "razones de seguridad",
  "infringe",
  "moderación",
  "viola*norma",
  "viola*política",
  "viola*término",
  "conteúdo proibido",
  "conteúdo sensível",
  "conteúdo sexual",
  "conteúdo ofensivo",
  "conteúdo nocivo",
  "política de conteúdo",
  "políticas de conteúdo",
  "política de segurança",
  "políticas de segurança",
  "sistema de segurança",
  "motivos de segurança",
  "filtro de segurança",
  "viola*diretriz",
  "moderação",
  "diretrizes",
  // German
  "unangemessen",
  "anstößig",
  "unzulässige*inhalt",
  "unzulässiger inhalt",
  "verbotene*inhalt",
  "sensible*inhalt",
  "schädliche*inhalt",
  "anstoßig",
  "inhaltsrichtlinie",
  "nutzungsrichtlinie",
  "verstößt gegen",
  "verstoß gegen",
  "verstoßen gegen",
  "sicherheitssystem",
  "sicherheitsrichtlinie",
  "sicherheitsfilter",
  "sicherheitsgründen",
  "jugendgefährdend",
  "jugendschutz",
  "inhaltsfilter",
  "gewaltverherrlich",
  "sexuelle",
  // French and Italian
  "inappropri",
  "contenu sensible",
  "contenu interdit",
  "contenu sexuel",
  "contenu violent",
  "contenu choquant",
  "contenu préjudiciable",
  "politique de contenu",
  "politiques de contenu",
  "politique d'utilisation",
  "politiques d'utilisation",
  "conditions d'utilisation",
  "règles de sécurité",
  "règles de la communauté",
  "système de sécurité",
  "filtre de sécurité",
  "raisons de sécurité",
  "enfreint",
  "modération",
  "nuisible",
  "offensant",
  "contenuto vietato",
  "contenuto sensibile",
  "norme sui contenuti",
  "viola le norme",
  "motivi di sicurezza",
};

// One of these near one of those.
struct Judgement {
  std::string_view word;
  bool is_of_pictures; // else a sentence about a parameter, an address or a format may say it too
};
constexpr Judgement k_judgements[] = {
  {"flagged", true},     {"nsfw", true},      {"harmful", true},   {"offensive", true},
  {"violent", true},     {"sexual", true},    {"nude", true},      {"moderated", true},
  {"sensitive", false},  {"unsafe", false},   {"blocked", false},  {"prohibited", false},
  {"disallowed", false}, {"filtered", false}, {"violates", false}, {"violating", false},
  {"violated", false},   {"illegal", false},  {"safety", false},
};
constexpr std::string_view k_subjects[] = {
  "prompt", "content", "image",  "images",     "picture",
  "text",   "input",   "output", "generation", "result",
};
constexpr std::size_t k_near = 60;

bool is_word_character(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

// Where `word` stands as a whole word in `text`, which is in lower case.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from = 0)
{
  for (auto at = text.find(word, from); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    if ((at == 0 || !is_word_character(text[at - 1]))
        && (end == text.size() || !is_word_character(text[end]))) {
      return at;
    }
  }
  return std::string_view::npos;
}

// A sentence that names a parameter, an address or a format says "sensitive" or "blocked" of that.
bool is_about_the_request(std::string_view text)
{
  constexpr std::string_view k_signs[] = {
    "parameter", "argument",         "field",  "url",  "http",
    "format",    "base64",           "header", "size", "syntax",
    "api key",   "supported values", "schema", "mime", "unrecognized"};
  return std::any_of(std::begin(k_signs), std::end(k_signs), [text](std::string_view sign) {
    return text.find(sign) != std::string_view::npos;
  });
}

bool judges_a_subject(std::string_view text)
{
  const bool is_doubtful = is_about_the_request(text);
  for (const auto& [judgement, is_of_pictures] : k_judgements) {
    if (is_doubtful && !is_of_pictures) {
      continue;
    }
    for (auto at = find_word(text, judgement); at != std::string_view::npos;
         at = find_word(text, judgement, at + 1)) {
      const auto from = at > k_near ? at - k_near : 0;
      const auto near = text.substr(from, at - from + judgement.size() + k_near);
      if (std::any_of(std::begin(k_subjects), std::end(k_subjects),
                      [near](std::string_view subject) {
                        return find_word(near, subject) != std::string_view::npos;
                      })) {
        return true;
      }
    }
  }
  return false;
}

} // namespace

bool speaks_of_moderation(std::string_view message)
{
  auto text = ascii_lower(message);
  for (const auto phrase : k_about_something_else) {
    for (auto at = text.find(phrase); at != std::string::npos; at = text.find(phrase, at)) {
      text.erase(at, phrase.size());
    }
  }
  const auto has_one_of = [&text](const auto& phrases) {
    return std::any_of(std::begin(phrases), std::end(phrases), [&text](std::string_view phrase) {
      return contains_lower_words(text, phrase);
    });
  };
  return has_one_of(k_english) || has_one_of(k_chinese) || has_one_of(k_japanese_and_korean)
         || has_one_of(k_european) || judges_a_subject(text);
}

} // namespace limn
