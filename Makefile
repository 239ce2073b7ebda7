# The front doors, and no logic. Each installs what is missing, builds what has changed, and runs.
.PHONY: build demo test bench docs

build:
	@tools/install_packages build page python test
	@tools/build release fathom_program

demo: build
	@tools/demo $(if $(DATA),"$(DATA)")

test:
	@tools/install_packages build page python test
	@tools/build release
	@ctest --preset release

bench:
	@tools/install_packages build bench
	@tools/build bench
	@bench/run

docs: build
	@tools/make_docs
