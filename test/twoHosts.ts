/**
 * Two hosts on this machine, for what real ones would need a network between them: namespaces of networks and host names, with
 * a cable that can be slowed down and cut.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchers, type Mpi } from './mpi.js';

/** The hosts' names and addresses. */
const HOSTS = { alpha: '10.213.77.1', beta: '10.213.77.2' } as const;
type Host = keyof typeof HOSTS;
const NETWORK = '10.213.77.0/24';
const CABLE = 'cable';
const SLOW_CABLE = join(import.meta.dirname, 'slowCable.js');

export interface TwoHosts {
  /** Launchers on alpha that start one rank on each; they skip where this machine cannot have two hosts. */
  readonly launchers: readonly Mpi[];
  /** Bounds what the cable carries in either direction, in Mbit/s. */
  bound(megabits: number): void;
  cut(): void;
  /** Ends what still runs on them, such as a launcher that waits for a host which is cut off. */
  end(): void;
  /** Takes everything down. */
  remove(): void;
}

/**
 * Sets them up.
 * @param folder for the files that launchers want
 * @param milliseconds that each packet takes in either direction
 */
export async function twoHosts(folder: string, milliseconds = 0): Promise<TwoHosts> {
  const id = `${process.pid}${milliseconds === 0 ? '' : 'd'}`;
  const names: Record<Host, string> = { alpha: `pix2pix-a${id}`, beta: `pix2pix-b${id}` };
  let slowCable: ChildProcess | undefined;
  const end = () => {
    for (const name of Object.values(names)) {
      const { stdout } = spawnSync('ip', ['netns', 'pids', name], { encoding: 'utf8' });
      for (const pid of (stdout ?? '').split('\n').filter((line) => line !== '')) kill(Number(pid));
    }
  };
  const remove = () => {
    slowCable?.kill('SIGKILL');
    end();
    for (const name of Object.values(names)) run('ip', ['netns', 'del', name]);
  };
  const setUp = async () => {
    const failed = runAll(Object.values(names).map((name) => ['netns', 'add', name]));
    if (failed !== undefined) return failed;
    if (milliseconds > 0) {
      slowCable = spawn(process.execPath, [SLOW_CABLE, names.alpha, names.beta, CABLE, `${milliseconds}`]);
      const [said] = await Promise.race([once(slowCable.stdout!, 'data'), once(slowCable.stderr!, 'data')]);
      if (!`${said}`.startsWith('ready')) return `${said}`;
    }
    const cable = ['type', 'veth', 'peer', 'name', CABLE, 'netns', names.beta];
    return (
      runAll([
        ...(milliseconds > 0 ? [] : [['link', 'add', CABLE, 'netns', names.alpha, ...cable]]),
        ...(Object.keys(HOSTS) as Host[]).flatMap((host) => plugIn(names[host], HOSTS[host])),
      ]) ?? run('unshare', ['--uts', 'true'])
    );
  };
  const problem = await setUp();
  if (problem !== undefined) remove();
  const agent = join(folder, `agent-${id}.sh`);
  writeFileSync(agent, agentScript(names));
  chmodSync(agent, 0o755);
  const rate = (megabits: number) => ['rate', `${megabits}mbit`, 'burst', '256kb', 'latency', '50ms'];
  return {
    launchers: launchers.map((mpi, i) => onHosts(mpi, folder, i === 0, agent, names.alpha, problem)),
    bound: (megabits) => {
      const failed = runAll(
        Object.values(names).map((name) => {
          const words = ['tc', 'qdisc', 'replace', 'dev', CABLE, 'root', 'tbf', ...rate(megabits)];
          return ['netns', 'exec', name, ...words];
        }),
      );
      if (failed !== undefined) throw new Error(failed);
    },
    cut: () => void run('ip', ['-n', names.beta, 'link', 'set', CABLE, 'down']),
    end,
    remove,
  };
}

/** The words for `ip` by which a host's end of the cable gets its address. */
function plugIn(name: string, address: string): string[][] {
  return [
    ['-n', name, 'addr', 'add', `${address}/24`, 'dev', CABLE],
    ['-n', name, 'link', 'set', CABLE, 'up'],
    ['-n', name, 'link', 'set', 'lo', 'up'],
  ];
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

/** Runs `ip` with each of these words. @returns why the first that failed has */
function runAll(commands: readonly (readonly string[])[]): string | undefined {
  for (const words of commands) {
    const problem = run('ip', words);
    if (problem !== undefined) return problem;
  }
  return undefined;
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
function onHosts(
  mpi: Mpi,
  folder: string,
  isOpenMpi: boolean,
  agent: string,
  alpha: string,
  problem?: string,
): Mpi {
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
    flags: ['netns', 'exec', alpha, ...onAlpha, ...mpi.flags, ...own],
    skip: mpi.skip || (problem !== undefined && `this machine cannot have two hosts: ${problem}`),
  };
}
