import type {NativeFailure} from '../../engine/native-failures.js';
import type {TrialRequest} from '../../engine/trial/trial.js';
import type {Finding} from '../../report/checklist.js';

/** An engine on a device, as tried here. */
export interface EngineFinding extends Finding {
  /** any: what is missing keeps both from it. */
  readonly engine: 'compiled' | 'eager' | 'any';
  readonly device: 'cpu' | 'cuda' | 'webgpu';
  /** Whether a small network was trained on it just now. */
  readonly usable: boolean;
  /** The device is no GPU but software that acts as one, which `device: auto` does not take. */
  readonly isSoftware?: true;
  /** Device, library and version, when it is usable. */
  readonly name?: string;
  /** Of a small convolutional network with batches of 16. */
  readonly stepMillis?: number;
}

/** What is known of an engine on a device before it is tried. */
export interface Row extends Pick<EngineFinding, 'subject' | 'engine' | 'device' | 'isSoftware'> {
  readonly request?: Omit<TrialRequest, 'steps' | 'engine'>;
  /** What is said when it is not usable. */
  readonly state: 'warning' | 'problem';
  /** Why it is not even tried, and what would change that. */
  readonly missing?: Pick<Finding, 'detail' | 'fix'> | undefined;
  /** Added to what a working engine says of itself. */
  readonly note?: string | undefined;
}

/** A reason and what mends it, as a finding says them. */
export const asMissing = ({reason, fix}: NativeFailure): Pick<Finding, 'detail' | 'fix'> => ({detail: reason, fix});
