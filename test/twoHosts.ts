/**
 * Two hosts on this machine, for what real ones would need a network between them: namespaces of networks and host names, with
 * a cable that can be slowed down and cut.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchers, type Mpi } from './mpi.js';

/** The hosts' names and addresses. */
const HOSTS = { alpha: '10.213.77.1', beta: '10.213.77.2' } as const;
type Host = keyof typeof HOSTS;
const NETWORK = '10.213.77.0/24';
const CABLE = 'cable';

export interface TwoHosts {
  /** Launchers on alpha that start one rank on each; they skip where this machine cannot have two hosts. */
  readonly launchers: readonly Mpi[];
  /** Why messages cannot be delayed here; false where they can. */
  readonly skipDelay: string | false;
  /** Gives the cable a delay, or a rate in Mbit/s, in either direction. */
  shape(cable: CableShape): void;
  cut(): void;
  /** Ends what still runs on them, such as a launcher that waits for a host which is cut off. */
  end(): void;
  /** Takes everything down. */
  remove(): void;
}

export interface CableShape {
  readonly milliseconds?: number;
  readonly megabits?: number;
}

/** Sets them up. @param folder for the files that launchers want */
export function twoHosts(folder: string): TwoHosts {
  const names: Record<Host, string> = { alpha: `pix2pix-a${process.pid}`, beta: `pix2pix-b${process.pid}` };
  const end = () => {
    for (const name of Object.values(names)) {
      const { stdout } = spawnSync('ip', ['netns', 'pids', name], { encoding: 'utf8' });
      for (const pid of (stdout ?? '').split('\n').filter((line) => line !== '')) kill(Number(pid));
    }
  };
  const remove = () => {
    end();
    for (const name of Object.values(names)) run('ip', ['netns', 'del', name]);
  };
  const problem = setUp(names);
  if (problem !== undefined) remove();
  const agent = join(folder, 'agent.sh');
  writeFileSync(agent, agentScript(names));
  chmodSync(agent, 0o755);
  const inside = (host: Host) => ['netns', 'exec', names[host], 'tc', 'qdisc'];
  const shapeCable = (shape: CableShape) =>
    Object.keys(names).map((host) => run('ip', [...inside(host as Host), ...disciplineOf(shape)]));
  const refused = problem ?? shapeCable({ milliseconds: 0 })[0];
  return {
    launchers: launchers.map((mpi, i) => onHosts(mpi, folder, i === 0, agent, problem)),
    skipDelay: refused === undefined ? false : `messages cannot be delayed here: ${refused}`,
    shape: (cable) => {
      const failed = shapeCable(cable).find((problem) => problem !== undefined);
      if (failed !== undefined) throw new Error(failed);
    },
    cut: () => void run('ip', ['-n', names.beta, 'link', 'set', CABLE, 'down']),
    end,
    remove,
  };
}

/** The words by which `tc` shapes what leaves an interface: not every kernel has netem, which alone can delay. */
function disciplineOf({ milliseconds, megabits }: CableShape): string[] {
  const root = ['replace', 'dev', CABLE, 'root'];
  const rate = megabits === undefined ? [] : ['rate', `${megabits}mbit`];
  if (milliseconds === undefined) return [...root, 'tbf', ...rate, 'burst', '256kb', 'latency', '50ms'];
  return [...root, 'netem', 'delay', `${milliseconds}ms`, ...rate];
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {} // it has just ended
}

/** Runs a program. @returns why it has failed */
function run(program: string, words: readonly string[]): string | undefined {
  const { error, status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (error !== undefined) return error.message;
  return status === 0 ? undefined : stderr.trim().split('\n')[0];
}

function setUp(names: Readonly<Record<Host, string>>): string | undefined {
  const { alpha, beta } = names;
  const commands = [
    ...Object.values(names).map((name) => ['netns', 'add', name]),
    ['link', 'add', CABLE, 'netns', alpha, 'type', 'veth', 'peer', 'name', CABLE, 'netns', beta],
    ...(Object.keys(HOSTS) as Host[]).flatMap((host) => [
      ['-n', names[host], 'addr', 'add', `${HOSTS[host]}/24`, 'dev', CABLE],
      ['-n', names[host], 'link', 'set', CABLE, 'up'],
      ['-n', names[host], 'link', 'set', 'lo', 'up'],
    ]),
  ];
  for (const words of commands) {
    const problem = run('ip', words);
    if (problem !== undefined) return problem;
  }
  return run('unshare', ['--uts', 'true']);
}

/** What launchers run in place of ssh, with the host and the command. */
function agentScript({ alpha, beta }: Readonly<Record<Host, string>>): string {
  return `#!/bin/sh
while [ "\${1#-}" != "$1" ]; do shift; done
case $1 in ${HOSTS.alpha}) namespace=${alpha} name=alpha;; *) namespace=${beta} name=beta;; esac
shift
exec ip netns exec $namespace unshare --uts sh -c "hostname $name; $*"
`;
}

/** A launcher that runs on alpha, and reaches beta by the agent. */
function onHosts(mpi: Mpi, folder: string, isOpenMpi: boolean, agent: string, problem?: string): Mpi {
  const file = join(folder, `hosts.${mpi.launcher}`);
  const line = (address: string) => (isOpenMpi ? `${address} slots=1\n` : `${address}:1\n`);
  writeFileSync(file, Object.values(HOSTS).map(line).join(''));
  const own = isOpenMpi
    ? [
        ...['--hostfile', file, '--mca', 'plm_rsh_agent', agent],
        ...['--mca', 'btl_tcp_if_include', NETWORK, '--mca', 'oob_tcp_if_include', NETWORK],
      ]
    : ['-f', file, '-launcher', 'ssh', '-launcher-exec', agent, '-iface', CABLE];
  const onAlpha = ['unshare', '--uts', 'sh', '-c', 'hostname alpha; exec "$@"', 'sh', mpi.launcher];
  return {
    ...mpi,
    launcher: 'ip',
    flags: ['netns', 'exec', `pix2pix-a${process.pid}`, ...onAlpha, ...mpi.flags, ...own],
    skip: mpi.skip || (problem !== undefined && `this machine cannot have two hosts: ${problem}`),
  };
}
