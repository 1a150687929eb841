// Host ops inside functions: TensorFlow knows one op, DistaffHost, whose attributes say which host op to run.
#ifndef DISTAFF_GRAPH_OPS_H_
#define DISTAFF_GRAPH_OPS_H_

#include "tensorflow/c/tf_status.h"

namespace distaff {

/** Tells TensorFlow of the op DistaffHost and its kernel, once a process; `status` says whether it took them. */
void RegisterHostOp(TF_Status* status);

}  // namespace distaff

#endif  // DISTAFF_GRAPH_OPS_H_
