import {randomBytes} from 'node:crypto';
import {hostname} from 'node:os';

/** A name that no other process on any machine takes. @param kind what it is, for people who look into the folder */
export const workerName = (kind: string): string =>
  `${kind}-${hostname()
    .replaceAll(/[^A-Za-z0-9-]/g, '-')
    .slice(0, 40)}-${process.pid}-${randomBytes(4).toString('hex')}`;
