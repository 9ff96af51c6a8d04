target_sources(limn_core PRIVATE model/attempt.cpp model/cost.cpp model/failure.cpp model/gateway.cpp model/image.cpp model/job.cpp model/limits.cpp model/next_step.cpp model/secret.cpp)
