import type { Outcome } from './kernel.ts';
import type { Subject } from './subjects.ts';

/** What a row may use besides the kernels. */
export interface Tools {
  /** Python with jupyter_kernel_test, if given. */
  python?: string;
  /** A folder with kernelspecs of all subjects, for JUPYTER_PATH. */
  kernelspecs: string;
}

/** One row of the table. */
export interface Row {
  /** Short name for --only. */
  name: string;
  title: string;
  /** What our kernel is meant to reach. */
  goal: string;
  /** One outcome for each subject, in order. */
  measure(subjects: Subject[], tools: Tools): Promise<Outcome[]>;
}

/** A row whose kernels are measured one after the other. */
export function oneByOne(measure: (subject: Subject, tools: Tools) => Promise<Outcome>): Row['measure'] {
  return async (subjects, tools) => {
    const outcomes: Outcome[] = [];
    for (const subject of subjects) outcomes.push(subject.spec ? await measure(subject, tools) : { text: 'not present' });
    return outcomes;
  };
}
