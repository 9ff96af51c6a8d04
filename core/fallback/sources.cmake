target_sources(limn_core PRIVATE fallback/attempt_run.cpp fallback/download.cpp fallback/engine.cpp fallback/job_run.cpp fallback/plan.cpp fallback/policy.cpp fallback/wire_request.cpp)
