import { type Complaint, errorResponse, readFields, readString, type Status } from './protocol.ts';

/** What the front learns from a backend's answer, and what of it is the client's. */
export interface Answer {
  /** For the client: the answer less notifications, refusals put in. */
  bytes: Buffer;
  /** The last ReadyForQuery; null where none came, which leaves the client in the middle of an extended query. */
  status: Status | null;
  /** Command tags in order, without their row counts; `ERROR` where a statement failed. */
  events: string[];
  /** How many messages of each type of the extended protocol were carried out. */
  completed: Record<'P' | 'B' | 'D' | 'E' | 'C', number>;
  notifications: { channel: string; message: Buffer }[];
  /** ParameterStatus messages. */
  parameters: Buffer[];
}

/** Written into a statement that the front refuses, so that the backend itself fails it and its transaction. */
export const refused = 'refused_by_the_front';

const copyRefused: Complaint = {
  severity: 'ERROR',
  code: '0A000',
  message: 'COPY FROM STDIN is not available on the embedded database: use INSERT ... SELECT unnest(...)',
};

const code = (type: string) => type.charCodeAt(0);
const types = {
  bindComplete: code('2'),
  closeComplete: code('3'),
  commandComplete: code('C'),
  copyIn: code('G'),
  emptyQuery: code('I'),
  error: code('E'),
  noData: code('n'),
  notification: code('A'),
  parameter: code('S'),
  parseComplete: code('1'),
  portalSuspended: code('s'),
  ready: code('Z'),
  rowDescription: code('T'),
};

/** Reads an answer once. `refusal` takes the place of the error that `refused` caused. */
export function readAnswer(bytes: Buffer, refusal: Complaint | null): Answer {
  const answer: Answer = {
    bytes,
    status: null,
    events: [],
    completed: { P: 0, B: 0, D: 0, E: 0, C: 0 },
    notifications: [],
    parameters: [],
  };
  const kept: Buffer[] = [];
  let from = 0; // what is not yet in `kept` begins here
  const replace = (at: number, end: number, by?: Buffer) => {
    kept.push(bytes.subarray(from, at));
    if (by) kept.push(by);
    from = end;
  };

  let copying = false;
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + bytes.readInt32BE(at + 1);
    const message = bytes.subarray(at, end);
    switch (bytes[at]) {
      case types.ready:
        answer.status = String.fromCharCode(bytes[at + 5]) as Status;
        break;
      case types.commandComplete:
        answer.events.push(readString(message, 5).text.replace(/[ \d]+$/, ''));
        answer.completed.E++;
        break;
      case types.emptyQuery:
      case types.portalSuspended:
        answer.completed.E++;
        break;
      case types.parseComplete:
        answer.completed.P++;
        break;
      case types.bindComplete:
        answer.completed.B++;
        break;
      case types.rowDescription:
      case types.noData:
        answer.completed.D++;
        break;
      case types.closeComplete:
        answer.completed.C++;
        break;
      case types.parameter:
        answer.parameters.push(message);
        break;
      case types.notification:
        answer.notifications.push({ channel: readString(message, 9).text, message });
        replace(at, end);
        break;
      case types.copyIn:
        copying = true;
        replace(at, end);
        break;
      case types.error:
        answer.events.push('ERROR');
        if (copying) replace(at, end, errorResponse(copyRefused));
        else if (refusal && readFields(message).M?.includes(refused))
          replace(at, end, errorResponse(refusal));
        copying = false;
        break;
    }
    at = end;
  }
  if (from > 0) answer.bytes = Buffer.concat([...kept, bytes.subarray(from)]);
  return answer;
}
