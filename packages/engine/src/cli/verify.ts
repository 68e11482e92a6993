// ethogram verify: reads the whole log and checks checksums, seals, digests, chain and positions.
import { dataOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { exitCode } from './exit-code.js';
import { ProgressBar } from './progress-bar.js';

export const verify: Command = {
  name: 'verify',
  summary: 'check the whole log: checksums, seals, digests, chain',
  synopsis: 'verify',
  help: ['Exit code 1 when a problem is found.'],
  examples: ['ethogram verify', 'ethogram verify --data /srv/shop --json'],
  options: { ...dataOption },
  argument: { kind: 'none' },
  shape: ['ok, records, events, gaps, headHash', 'problems: [sentence]'],
  async run(args, terminal) {
    args.none();
    const bar = new ProgressBar(terminal, 'verifying');
    const report = await withEngine(new DataFolder(args), terminal, (engine) =>
      engine.verify((done, total) => bar.update(total === 0 ? 1 : done / total, () => '')),
    );
    bar.end();
    terminal.result(report, () => [
      report.ok ? 'clean' : `${report.problems.length} problems`,
      `  records ${report.records}, events ${report.events}, gaps ${report.gaps}`,
      `  head ${report.headHash}`,
      ...report.problems.map((problem) => `  ! ${problem}`),
    ]);
    return report.ok ? exitCode.ok : exitCode.failed;
  },
};
