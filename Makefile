# The words of start.py as targets, for those who type make; ARGS go on to the program:
#   make test ARGS="tests/test_setup.py -x"
.PHONY: help run setup lab test test-all check lock
help:
	@python3 start.py help
run lab test test-all lock:
	@python3 start.py $@ $(ARGS)
setup check:
	@python3 start.py $@
