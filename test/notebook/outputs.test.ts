import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/kernel/wire.ts';
import type { CodeCell } from '../../src/notebook/format.ts';
import { OutputCollector } from '../../src/notebook/outputs.ts';
import { recordTiming, secondsOf } from '../../src/notebook/timing.ts';

function cell(): CodeCell {
  return { cell_type: 'code', source: '', metadata: {}, execution_count: null, outputs: [] };
}

function message(msg_type: string, content: object, date = '2026-01-01T00:00:00.000Z'): Message {
  return { header: { msg_type, date } as Message['header'], parent_header: {}, metadata: {}, content, identities: [], buffers: [] };
}

const stream = (name: string, text: string) => message('stream', { name, text });
const display = (text: string, id?: string, type = 'display_data') =>
  message(type, { data: { 'text/plain': text }, metadata: {}, transient: id === undefined ? {} : { display_id: id } });

/** The outputs of one cell after these messages. */
function outputsOf(...messages: Message[]) {
  const [collector, one] = [new OutputCollector(), cell()];
  for (const each of messages) collector.receive(one, each);
  collector.settle();
  return one.outputs;
}

const texts = ({ outputs }: { outputs: CodeCell['outputs'] }) =>
  outputs.map((output) =>
    output.output_type === 'stream' ? output.text : output.output_type === 'error' ? output.ename : output.data['text/plain'],
  );

describe('OutputCollector', () => {
  it('joins what one stream writes in a row', () => {
    expect(outputsOf(stream('stdout', 'a'), stream('stdout', '\rb\n'), stream('stderr', 'e'), stream('stdout', 'c'))).toEqual([
      { output_type: 'stream', name: 'stdout', text: 'b\n' },
      { output_type: 'stream', name: 'stderr', text: 'e' },
      { output_type: 'stream', name: 'stdout', text: 'c' },
    ]);
  });

  it('does not join over another output', () => {
    expect(texts({ outputs: outputsOf(stream('stdout', 'a'), display('d'), stream('stdout', 'b')) })).toEqual(['a', 'd', 'b']);
  });

  it('makes the outputs of nbformat from results and errors', () => {
    const result = message('execute_result', { data: { 'text/plain': '1' }, metadata: { m: 1 }, execution_count: 4 });
    const error = message('error', { ename: 'E', evalue: 'v', traceback: ['t'] });
    expect(outputsOf(result, error)).toEqual([
      { output_type: 'execute_result', data: { 'text/plain': '1' }, metadata: { m: 1 }, execution_count: 4 },
      { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['t'] },
    ]);
  });

  it('clears at once, or before the next output', () => {
    expect(outputsOf(stream('stdout', 'a'), message('clear_output', { wait: false }))).toEqual([]);
    expect(texts({ outputs: outputsOf(stream('stdout', 'a'), message('clear_output', { wait: true })) })).toEqual(['a']);
    expect(texts({ outputs: outputsOf(stream('stdout', 'a'), message('clear_output', { wait: true }), stream('stdout', 'b')) })).toEqual([
      'b',
    ]);
  });

  it('updates a display in every cell that shows it', () => {
    const [collector, first, second] = [new OutputCollector(), cell(), cell()];
    collector.receive(first, display('1', 'x'));
    collector.receive(first, display('other', 'y'));
    collector.receive(second, display('2', 'x'));
    expect([texts(first), texts(second)]).toEqual([['2', 'other'], ['2']]);
    collector.receive(second, display('3', 'x', 'update_display_data'));
    expect([texts(first), texts(second)]).toEqual([['3', 'other'], ['3']]);
  });

  it('does not bring a cleared display back', () => {
    expect(outputsOf(display('1', 'x'), message('clear_output', {}), display('2', 'x', 'update_display_data'))).toEqual([]);
  });

  it('keeps what a cell prints after it has ended with that cell', () => {
    const [collector, first, second] = [new OutputCollector(), cell(), cell()];
    collector.receive(first, stream('stdout', 'a'));
    collector.receive(second, stream('stdout', 'b'));
    collector.receive(first, stream('stdout', ' late'));
    collector.settle();
    expect([texts(first), texts(second)]).toEqual([['a late'], ['b']]);
  });

  it('updates the saved output of a replayed cell', () => {
    const [collector, replayed, saved] = [new OutputCollector(), cell(), cell()];
    saved.outputs = [{ output_type: 'display_data', data: { 'text/plain': 'saved' }, metadata: {} }];
    collector.receive(replayed, display('made again', 'x'));
    collector.redirect(replayed, saved);
    expect(texts(saved)).toEqual(['saved']);
    collector.receive(cell(), display('new', 'x', 'update_display_data'));
    expect(texts(saved)).toEqual(['new']);
  });
});

describe('recordTiming', () => {
  it('uses the names of JupyterLab', () => {
    const one = cell();
    recordTiming(one, message('status', { execution_state: 'busy' }, '2026-01-01T00:00:01.000Z'));
    recordTiming(one, message('execute_input', {}, '2026-01-01T00:00:02.000Z'));
    recordTiming(one, message('execute_reply', {}, '2026-01-01T00:00:03.000Z'));
    recordTiming(one, message('status', { execution_state: 'idle' }, '2026-01-01T00:00:03.500Z'));
    recordTiming(one, message('stream', {}, '2026-01-01T00:00:09.000Z'));
    expect(one.metadata.execution).toEqual({
      'iopub.status.busy': '2026-01-01T00:00:01.000Z',
      'iopub.execute_input': '2026-01-01T00:00:02.000Z',
      'shell.execute_reply': '2026-01-01T00:00:03.000Z',
      'iopub.status.idle': '2026-01-01T00:00:03.500Z',
    });
    expect(secondsOf(one)).toBe(2.5);
    expect(secondsOf(cell())).toBeUndefined();
  });
});
