"""Fund flows: a double-entry ledger at event level, from the salary to where a loan's money went.

accounts.py    numbers of the accounts in a block: customers, merchants, employers, the bank
movements.py   a batch of transfers before it is written down
stage.py       what a typology needs to set its cases among ordinary people
"""

from data_generators.fund_flows.accounts import Accounts, draw_accounts
from data_generators.fund_flows.movements import Movements
from data_generators.fund_flows.stage import Stage

__all__ = ["Accounts", "Movements", "Stage", "draw_accounts"]
