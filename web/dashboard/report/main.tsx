import '../app/validLanguage.js';
import '../../colours.css';
import '../style.css';
import { render } from 'preact';
import type { EmbeddedRun } from '../../../src/records/dashboard/api.js';
import { followTheme } from '../app/theme.js';
import { Report } from './report.js';

const run = JSON.parse(document.getElementById('report')!.textContent ?? '') as EmbeddedRun;

followTheme();
render(<Report run={run} />, document.getElementById('app')!);
