import type { ImportedNetwork } from '../interop/importRun.js';

/** `G  unet_256, ngf 64, 3 to 3 channels, norm batch  (latest_net_G.pth)`. */
export function describeImported({ name, file, found }: ImportedNetwork): string {
  if ('netG' in found) {
    const { netG, ngf, inputNc, outputNc, norm } = found;
    return `${name}  ${netG}, ngf ${ngf}, ${inputNc} to ${outputNc} channels, norm ${norm}  (${file})`;
  }
  const { netD, ndf, nLayersD, inputNc, norm } = found;
  const layers = netD === 'n_layers' ? ` of ${nLayersD} layers` : '';
  return `${name}  ${netD}${layers}, ndf ${ndf}, ${inputNc} channels, norm ${norm}  (${file})`;
}
