"""What an occurrence would set off: ``duties`` finds the duties, ``text`` says them."""
