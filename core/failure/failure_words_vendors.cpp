#include "failure/failure_word_tables.hpp"

namespace limn {

namespace {

using enum FailureClass;
using enum FailureWord::Where;

constexpr BuiltInFailureWord k_vendor_code[] = {
  // Alibaba Model Studio
  {code, "datainspectionfailed", content},
  {code, "data_inspection_failed", content},
  {code, "ipinfringementsuspect", content},
  {code, "faqruleblocked", content},
  {code, "customroleblocked", content},
  {code, "arrearage", billing},
  {code, "allocationquota.freetieronly", billing},
  {code, "commoditynotpurchased", billing},
  {code, "prepaidbilloverdue", billing},
  {code, "postpaidbilloverdue", billing},
  {code, "invalidapikey", auth},
  {code, "accessdenied.unpurchased", access},
  {code, "model.accessdenied", access},
  {code, "workspace.accessdenied", access},
  {code, "modelnotfound", model},
  {code, "modelunavailable", model},
  {code, "throttling", rate_limited},
  {code, "throttling.ratequota", rate_limited},
  {code, "throttling.burstrate", rate_limited},
  {code, "throttling.allocationquota", rate_limited},
  {code, "throttling.user", rate_limited},
  {code, "limit_requests", rate_limited},
  {code, "limit_burst_rate", rate_limited},
  {code, "internalerror.timeout", outcome_unknown},
  {code, "requesttimeout", outcome_unknown},
  {code, "responsetimeout", outcome_unknown},

  // Volcengine Ark
  {code, "accountoverdueerror", billing},
  {code, "operationdenied.serviceoverdue", billing},
  {code, "quotaexceeded", billing}, // of the free trial
  {code, "setlimitexceeded", billing},
  {code, "authenticationerror", auth},
  {code, "invalidaccountstatus", access},
  {code, "operationdenied.servicenotopen", access},
  {code, "modelnotopen", model},
  {code, "invalidendpointormodel.notfound", model},
  {code, "invalidendpointormodel.modelidaccessdisabled", model},
  {code, "invalidendpoint.closedendpoint", model},
  {code, "unsupportedmodel", model},
  {code, "requestbursttoofast", rate_limited},
  {code, "modelaccountrpmratelimitexceeded", rate_limited},
  {code, "modelaccounttpmratelimitexceeded", rate_limited},
  {code, "modelaccountipmratelimitexceeded", rate_limited},
  {code, "apiaccountrpmratelimitexceeded", rate_limited},
  {code, "inflightbatchsizeexceeded", rate_limited},
  {code, "serveroverloaded", server},

  // Tencent
  {code, "operationdenied.textillegaldetected", content},
  {code, "operationdenied.imageillegaldetected", content},
  {code, "failedoperation.generateimagefailed", outcome_unknown},
  {code, "failedoperation.serverinternalerror", server, 0, open},
  {code, "failedoperation.consoleservererror", server, 0, open},
  {code, "failedoperation.freeresourcepackexhausted", billing},
  {code, "failedoperation.resourcepackexhausted", billing},
  {code, "resourceunavailable.inarrears", billing},
  {code, "resourceunavailable.lowbalance", billing},
  {code, "resourceunavailable.notexist", access},
  {code, "resourceinsufficient.chargeresourceexhaust", billing},
  {code, "resourceinsufficient", billing},
  {code, "authfailure.secretidnotfound", auth},
  {code, "authfailure.signaturefailure", auth},
  {code, "authfailure.signatureexpire", auth},
  {code, "authfailure.tokenfailure", auth},
  {code, "authfailure.unauthorizedoperation", access},
  {code, "unauthorizedoperation", access},
  {code, "requestlimitexceeded", rate_limited},
  {code, "requestlimitexceeded.joblimitexceeded", rate_limited},
  {code, "limitexceeded", rate_limited},
  {code, "unknownparameter", parameter},
  {code, "invalidaction", endpoint},

  // Baidu Qianfan (its error_code, and the names of v2)
  {code, "invalid_iam_token", auth},
  {code, "expired_iam_token", auth},
  {code, "invalid_model", model},
  {code, "no_parameter_permission", parameter},
  {code, "account_overdue", billing},
  {code, "rpm_rate_limit_exceeded", rate_limited},
  {code, "tpm_rate_limit_exceeded", rate_limited},
  {code, "336104", invalid_request},
  {code, "336103", invalid_request},
  {code, "216303", content},
  {code, "282810", content},
  {code, "282811", content},
  {code, "282812", content},
  {code, "282813", content},

  // MiniMax, Zhipu, WaveSpeed and others whose codes are numbers: only with their own status
  {code, "1013", server, 200, open},
  {code, "1024", server, 200, open},
  {code, "1033", outcome_unknown, 200},
  {code, "1039", rate_limited, 200},
  {code, "1041", rate_limited, 200},
  {code, "2045", rate_limited, 200},
  {code, "2056", billing, 200},
  {code, "1042", invalid_request, 200},
  {code, "1301", content, 400},
  {code, "1211", model, 400},
  {code, "1212", model, 400},
  {code, "1221", endpoint, 400},
  {code, "1222", endpoint, 400},
  {code, "1261", invalid_request, 400},
  {code, "1113", billing, 429},
  {code, "1304", billing, 429},
  {code, "1308", billing, 429},
  {code, "1309", billing, 429},
  {code, "1310", billing, 429},
  {code, "1303", rate_limited, 429},
  {code, "1305", rate_limited, 429},

  // Google, `reason` of google.rpc.ErrorInfo
  {code, "api_key_invalid", auth},
  {code, "api_key_expired", auth},
  {code, "access_token_expired", auth},
  {code, "billing_disabled", billing},
  {code, "consumer_suspended", access},
  {code, "api_key_service_blocked", access},
  {code, "service_disabled", access},
  {code, "location_policy_violated", access},

  // Vidu, Kling and other makers in China
  {code, "taskpromptpolicyviolation", content},
  {code, "creationpolicyviolation", content},
  {code, "auditsubmitillegal", content},
  {code, "creditinsufficient", billing},
  {code, "systemthrottling", rate_limited},
  {code, "fieldunwanted", parameter},
};

} // namespace

std::span<const BuiltInFailureWord> vendor_code_words()
{
  return k_vendor_code;
}

} // namespace limn
