import { bandsFault } from './bands.js';
import { foldersFault } from './inputFolders.js';
import { paletteFault } from './labelPalette.js';
import { RESIZE_FILTERS, resizeFilterFault } from './resizeFilters.js';
import type { OptionTable } from './spec.js';
import { AUTO, valueRangeFault } from './valueRange.js';

/** What the numbers of images mean. Without these options, images are 8 bits of grey or colours. */
export const PIXEL_OPTIONS = {
  value_range: {
    kind: 'string',
    isPublic: true,
    default: '',
    metavar: 'LOW,HIGH',
    group: 'Pixels',
    stored: 'always',
    undecided: AUTO,
    check: valueRangeFault,
    help: "numbers that networks see as black and white, or a pair for each channel in turn; auto: what the training set holds, measured once; otherwise the whole range of the file's type, of 16 bits the upper 8",
  },
  output_range: {
    kind: 'string',
    isPublic: true,
    default: '',
    metavar: 'LOW,HIGH',
    group: 'Pixels',
    stored: 'always',
    undecided: AUTO,
    check: valueRangeFault,
    help: 'the same of what comes out, where it has other units; otherwise as --value_range says',
  },
  label_nc: {
    kind: 'int',
    default: 0,
    min: 0,
    max: 255,
    group: 'Pixels',
    stored: 'always',
    help: 'images are the numbers of so many classes, 0 to N-1, each of which becomes a channel; 0 = they are none',
  },
  label_side: {
    kind: 'choice',
    default: 'input',
    choices: ['input', 'output', 'both'],
    group: 'Pixels',
    stored: 'always',
    help: 'which side --label_nc is about',
  },
  ignore_label: {
    kind: 'int',
    default: -1,
    min: -1,
    max: 255,
    group: 'Pixels',
    stored: 'always',
    help: 'the number of pixels that belong to no class; -1 = there are none',
  },
  label_palette: {
    kind: 'string',
    isPublic: true,
    default: '',
    metavar: 'COLOURS',
    group: 'Pixels',
    stored: 'always',
    check: paletteFault,
    help: 'colours of the classes, RRGGBB in turn; otherwise those of the first label image',
  },
  resize_filter: {
    kind: 'string',
    isPublic: true,
    default: 'bicubic',
    metavar: 'NAME',
    group: 'Pixels',
    stored: 'always',
    check: resizeFilterFault,
    help: `how images are resized: ${RESIZE_FILTERS.join(' or ')}, or two names, for what goes in and what comes out: nearest,bicubic; labels are never blurred`,
  },
  input_folders: {
    kind: 'string',
    isPublic: true,
    default: '',
    metavar: 'NAMES',
    group: 'Pixels',
    stored: 'always',
    check: foldersFault,
    help: 'folders of the input side whose files of one name are one input, channels side by side: rgb,depth for trainA/rgb and trainA/depth',
  },
  show_bands: {
    kind: 'string',
    isPublic: true,
    default: '',
    metavar: 'R,G,B',
    group: 'Pixels',
    stored: 'always',
    check: bandsFault,
    help: 'channels, from 0 on, that are shown of images of other than 1 or 3: three for red, green and blue, or one',
  },
} as const satisfies OptionTable;
