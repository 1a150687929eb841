// The primitives of `random` as host ops; src/bindings/randomKernels.ts says what each one is.
#ifndef DISTAFF_RANDOM_OPS_H_
#define DISTAFF_RANDOM_OPS_H_

#include "host_ops.h"

namespace distaff {

// random_integer.cc
void RunThreefry2x32(const HostCall& call, HostResult& result);
void RunRandomSplit(const HostCall& call, HostResult& result);
void RunRandomBits(const HostCall& call, HostResult& result);
void RunRandomInteger(const HostCall& call, HostResult& result);
void RunRandomShuffle(const HostCall& call, HostResult& result);

// random_real.cc
void RunRandomUnit(const HostCall& call, HostResult& result);
void RunRandomUniform(const HostCall& call, HostResult& result);
void RunRandomTruncatedNormal(const HostCall& call, HostResult& result);
void RunRandomNormal(const HostCall& call, HostResult& result);
void RunRandomGumbel(const HostCall& call, HostResult& result);
void RunRandomExponential(const HostCall& call, HostResult& result);
void RunRandomLaplace(const HostCall& call, HostResult& result);
void RunRandomLogistic(const HostCall& call, HostResult& result);
void RunRandomCauchy(const HostCall& call, HostResult& result);

// random_gamma.cc
void RunRandomGamma(const HostCall& call, HostResult& result);

// random_poisson.cc
void RunRandomPoisson(const HostCall& call, HostResult& result);

}  // namespace distaff

#endif  // DISTAFF_RANDOM_OPS_H_
