"""What a court is given: of a filing, when requests arrived, what was filed, what the hours were (L-04).

Of an instruction, what was asked, what came, what was found, decided and told.
"""

from sporades.acts.proving.taking import NothingBegun as NothingBegun
from sporades.acts.proving.taking import Proof as Proof
from sporades.acts.proving.taking import of_account as of_account
from sporades.acts.proving.taking import of_instruction as of_instruction
from sporades.acts.proving.taking import of_registration as of_registration
