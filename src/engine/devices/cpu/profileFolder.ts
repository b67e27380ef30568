import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Profile } from '../../runtime/profile.js';
import { readProfile } from './profile.js';

/** Where sessions leave their profiles, in a temporary folder, and the times of optimisers beside them. */
export class ProfileFolder {
  private readonly folder = mkdtempSync(join(tmpdir(), 'pix2pix-profile-'));
  private readonly updates = new Map<string, number[]>();

  /** The prefix of the profiles' file names. */
  get prefix(): string {
    return join(this.folder, 'step');
  }

  addUpdate(optimiser: string, milliseconds: number): void {
    this.updates.set(optimiser, [...(this.updates.get(optimiser) ?? []), milliseconds]);
  }

  /** Of all sessions that have ended. */
  read(): Profile {
    const nodes = readdirSync(this.folder).flatMap((name) => readProfile(join(this.folder, name)));
    return { nodes, updates: this.updates };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
