import { randomUUID } from 'node:crypto';
import type { CommFrame } from '../frames.ts';
import { send } from './channel.ts';
import { currentCell } from './context.ts';

type Data = Record<string, unknown>;

interface Comm {
  readonly id: string;
  send(data: Data): void;
  close(data?: Data): void;
  onMessage?: (data: Data) => void;
  onClose?: (data: Data) => void;
}

const opened = new Map<string, Comm>();
const targets = new Map<string, (comm: Comm, data: Data) => void>();

function makeComm(id: string): Comm {
  const comm: Comm = {
    id,
    send: (data) => send({ type: 'comm', kind: 'msg', id, data, cell: currentCell().cell }),
    close: (data = {}) => {
      if (opened.delete(id)) send({ type: 'comm', kind: 'close', id, data, cell: currentCell().cell });
    },
  };
  opened.set(id, comm);
  return comm;
}

/** Jupyter comms for cells. */
export const comms = {
  open(target: string, data: Data = {}): Comm {
    const comm = makeComm(randomUUID());
    send({ type: 'comm', kind: 'open', id: comm.id, target, data, cell: currentCell().cell });
    return comm;
  },
  register(target: string, onOpen: (comm: Comm, data: Data) => void): void {
    targets.set(target, onOpen);
  },
};

/** Handles what a front end does with a comm; one that nobody registered for is closed at once. */
export function handleComm({ kind, id, target, data }: CommFrame): void {
  const comm = opened.get(id);
  if (kind === 'open') {
    const onOpen = targets.get(target ?? '');
    const fresh = makeComm(id);
    if (onOpen) onOpen(fresh, data);
    else fresh.close();
  } else if (kind === 'msg') comm?.onMessage?.(data);
  else {
    opened.delete(id);
    comm?.onClose?.(data);
  }
}
