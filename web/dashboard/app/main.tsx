import './validLanguage.js';
import '../../colours.css';
import '../style.css';
import { render } from 'preact';
import { HttpSource } from '../httpSource.js';
import { App } from './app.js';
import { Dashboard, DashboardContext } from './dashboard.js';
import { notify } from './notifications.js';
import { followTheme } from './theme.js';

const token = document.querySelector<HTMLMetaElement>('meta[name=token]')?.content ?? '';
const dashboard: Dashboard = new Dashboard(
  new HttpSource(token, (connection) => {
    // A server that has said that it ends does not come as a surprise when it is gone.
    const isOver = dashboard.connection.value === 'over' && connection === 'lost';
    if (!isOver) dashboard.connection.value = connection;
  }),
  notify,
);

followTheme();
dashboard.follow();
render(
  <DashboardContext.Provider value={dashboard}>
    <App />
  </DashboardContext.Provider>,
  document.getElementById('app')!,
);
