import { checkAgainstPyTorch } from '../../../test/checkOp.js';

checkAgainstPyTorch(['diffAugment']);
