"""Reports: 月调度, 季通报, 半年, 全年, overdue matters and the ledger of funds to be requested.

Everything is counted from what is stored when the report is made; nothing is kept for reports alone.
"""

from workflow.reports.catalogue import REPORTS, Report
from workflow.reports.ledger_book import ledger_workbook
from workflow.reports.scope import Period, Scope, Span, period_of
from workflow.reports.workbook import workbook

__all__ = ["REPORTS", "Period", "Report", "Scope", "Span", "ledger_workbook", "period_of", "workbook"]
