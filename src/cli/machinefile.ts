/** Reads machine files, as `gcsim calibrate` writes them: costs in ns by name, each over the reference machine's. */
import { type Machine, referenceMachine } from '../collector/params.ts';
import { didYouMean } from '../diagnostic.ts';
import { type FileKind, Source } from '../workload/source.ts';
import { readYaml } from '../workload/yaml.ts';

const machineFile: FileKind = {
  file: 'a machine file',
  language: 'a machine file',
  content: 'machine',
  needed: 'costs such as "markObjectNs: 14"',
};

/** A second: whatever takes longer is no primitive cost. */
const costMax = 1e9;

const names = Object.keys(referenceMachine) as (keyof Machine)[];

/** `file` is its name, for messages. Throws UserError, with all problems that were found. */
export function parseMachine(text: string, file: string): Partial<Machine> {
  const source = new Source(text.replace(/^\ufeff/, ''), file, machineFile);
  const root = readYaml(source);
  const machine: Partial<Machine> = {};
  if (root !== undefined && root.type !== 'map') {
    source.report(root, `a machine file must be a map of costs, such as "markObjectNs: 14"`);
  } else {
    for (const { key, value } of root?.entries ?? []) {
      const name = names.find((candidate) => candidate === key.text);
      if (name === undefined) {
        const hint = (): string | undefined => didYouMean(key.text, names, 'costs');
        source.report(key, `a machine has no cost "${key.text}"`, hint);
      } else if (
        value.type !== 'scalar' ||
        typeof value.value !== 'number' ||
        !(value.value > 0 && value.value <= costMax)
      ) {
        source.report(key, `"${name}" must be a number of ns above 0, at most ${costMax}`);
      } else if (name === 'siblingFactor' && value.value < 1) {
        source.report(
          value,
          `"siblingFactor" must be at least 1: nothing is faster beside something else`,
        );
      } else {
        machine[name] = value.value;
      }
    }
  }
  source.throwIfBad();
  return machine;
}
