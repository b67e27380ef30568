import { checkAgainstPyTorch } from '../../../test/checkOp.js';

checkAgainstPyTorch(['translatePixels']);
