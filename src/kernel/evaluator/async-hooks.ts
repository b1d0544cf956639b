interface AsyncWrap {
  async_hook_fields: Uint32Array;
  constants: Record<'kTotals' | 'kCheck' | 'kStackLength', number>;
  clearAsyncIdStack(): void;
}

/**
 * Before Node.js 24, AsyncLocalStorage is made of async hooks, and with these Node.js checks that their stack is even, whatever
 * the command line says, and aborts where it is not. Terminating JavaScript, which is how a busy cell is interrupted, leaves it
 * uneven. The check guards against mistakes of native addons; it is turned off, and the stack is emptied after an interrupt.
 */
const wrap = Number.parseInt(process.versions.node, 10) < 24 ? asyncWrap() : undefined;

function asyncWrap(): AsyncWrap {
  const { noDeprecation } = process;
  process.noDeprecation = true; // there is no other way to these, and Node.js 24 needs none
  try {
    return (process as unknown as { binding(name: string): AsyncWrap }).binding('async_wrap');
  } finally {
    process.noDeprecation = noDeprecation;
  }
}

/** To be called before a cell runs, since whoever enables a hook turns the check on again. */
export function tolerateTermination(): void {
  if (!wrap) return;
  wrap.async_hook_fields[wrap.constants.kTotals] = 0;
  wrap.async_hook_fields[wrap.constants.kCheck] = 0;
}

/** To be called after an interrupt. */
export function recoverFromTermination(): void {
  wrap?.clearAsyncIdStack();
}
