import type { InferenceSession } from 'onnxruntime-node';

/**
 * Options of every session. A thread that waits for work does so in a loop for 50 µs, long enough for the next operator to come, and
 * sleeps then: onnxruntime's longer loops take the cores from other processes, and from its own threads where these are preempted.
 */
export const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  logSeverityLevel: 3,
  extra: { session: { intra_op: { spin_duration_us: '50' } } },
};
