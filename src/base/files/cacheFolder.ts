import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where this program keeps what it can make again, by the system's custom: $PIX2PIX_CACHE, else $XDG_CACHE_HOME or
 * ~/.cache (Linux), ~/Library/Caches (macOS), %LOCALAPPDATA% (Windows), and in it pix2pix-ts.
 */
export function cacheFolder(): string {
  const { PIX2PIX_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (PIX2PIX_CACHE) return PIX2PIX_CACHE;
  const name = 'pix2pix-ts';
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', name);
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, name);
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), name);
}
